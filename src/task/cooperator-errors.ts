/** What goes on with tasks of a Cooperator. Twisted: the exceptions of twisted.internet.task. */

/** The Cooperator was stopped, so its tasks were, and it takes no new ones. Twisted: `SchedulerStopped`. */
export class SchedulerStopped extends Error {
  override readonly name: string = 'SchedulerStopped';

  constructor(message = 'The cooperator is stopped', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A task that isn't paused was told to resume. Twisted: `NotPaused`. */
export class NotPaused extends Error {
  override readonly name: string = 'NotPaused';

  constructor(message = 'The task is not paused', options?: ErrorOptions) {
    super(message, options);
  }
}

/** The task is over, so it can't be paused or stopped: one of the three that follow. Twisted: `TaskFinished`. */
export class TaskFinished extends Error {
  override readonly name: string = 'TaskFinished';

  constructor(message = 'The task is over', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Its iterator has come to its end. Twisted: `TaskDone`. */
export class TaskDone extends TaskFinished {
  override readonly name: string = 'TaskDone';

  constructor(message = 'The task is done', options?: ErrorOptions) {
    super(message, options);
  }
}

/** It was stopped. Twisted: `TaskStopped`. */
export class TaskStopped extends TaskFinished {
  override readonly name: string = 'TaskStopped';

  constructor(message = 'The task was stopped', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Its iterator threw, or what that yielded failed; that is the `cause`. Twisted: `TaskFailed`. */
export class TaskFailed extends TaskFinished {
  override readonly name: string = 'TaskFailed';

  constructor(message = 'The task has failed', options?: ErrorOptions) {
    super(message, options);
  }
}
