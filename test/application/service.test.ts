import { inspect } from 'node:util';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Application, MultiService, Service } from '../../src/application/index.js';
import { Deferred } from '../../src/defer/index.js';
import type { IService } from '../../src/interfaces/index.js';
import { RecordingService, outcomeOf } from './recording-service.js';

describe('Service', () => {
  // Twisted: ServiceTests.testName
  it('`setName()` names it', () => {
    const service = new Service();
    expect(service.name).to.equal(undefined);
    service.setName('hello');
    expect(service.name).to.equal('hello');
  });

  // Twisted: ServiceInterfaceTests.test_realService
  it('is an IService: without a name, without a parent, not running', () => {
    const service = new Service();
    expectTypeOf(service).toExtend<IService>();
    expect([service.name, service.parent, service.running]).to.deep.equal([undefined, undefined, false]);
  });

  // Twisted: ServiceTests.testRunning
  it('runs from `startService()` until `stopService()`', () => {
    const service = new Service();
    void service.startService();
    expect(service.running).to.equal(true);
    void service.stopService();
    expect(service.running).to.equal(false);
  });

  // Twisted: ServiceTests.testParent
  it('`setServiceParent()` makes it a part of the parent', () => {
    const [service, parent] = [new Service(), new MultiService()];
    service.setServiceParent(parent);
    expect([...parent]).to.deep.equal([service]);
    expect(parent.services).to.deep.equal([service]);
    expect(service.parent).to.equal(parent);
  });

  // Twisted: ServiceTests.testApplicationAsParent
  it('can have an Application as its parent', () => {
    const [service, parent] = [new Service(), new Application('')];
    service.setServiceParent(parent);
    expect([...parent]).to.deep.equal([service]);
    expect(service.parent).to.equal(parent);
  });

  // Twisted: ServiceTests.testDoublyNamedChild
  it('cannot be renamed while it has a parent', () => {
    const service = new Service();
    service.setName('hello');
    service.setServiceParent(new MultiService());
    expect(() => service.setName('lala')).to.throw(Error, 'has a parent');
    expect(service.name).to.equal('hello');
  });

  // Twisted: ServiceTests.testDisowning
  it('`disownServiceParent()` takes it out of its parent, and does nothing without one', () => {
    const [service, parent] = [new Service(), new MultiService()];
    service.setServiceParent(parent);
    service.disownServiceParent();
    expect([...parent]).to.deep.equal([]);
    expect(service.parent).to.equal(undefined);
    expect(outcomeOf(service.disownServiceParent()).text).to.equal('fired');
  });

  it('leaves the parent that it has for another one, which it enters when it has stopped', () => {
    const [old, next] = [new MultiService(), new MultiService()];
    const service = new RecordingService('mover');
    service.setServiceParent(old);
    void old.startService();
    const stopped = new Deferred<void>();
    service.onStop = () => stopped;
    service.setServiceParent(next);
    expect([[...old], [...next], service.parent]).to.deep.equal([[], [], undefined]);
    stopped.callback();
    expect([...next]).to.deep.equal([service]);
    expect(service.parent).to.equal(next);
  });

  it('has no parent if the parent refuses it', () => {
    const parent = new MultiService();
    new RecordingService('web').setServiceParent(parent);
    const second = new RecordingService('web');
    expect(() => second.setServiceParent(parent)).to.throw(Error, 'has a service named web already');
    expect(second.parent).to.equal(undefined);
    expect(parent.services).to.have.length(1);
  });

  it('is stopped at the end of an `await using` block', async () => {
    const events: string[] = [];
    {
      await using service = new RecordingService('web', events);
      void service.startService();
    }
    expect(events).to.deep.equal(['start web', 'stop web']);
  });

  it('says in one line what it is', () => {
    const service = new Service();
    expect(inspect(service)).to.equal('<Service, not running>');
    service.setName('web');
    void service.startService();
    expect(String(service)).to.equal('<Service web, running>');
    const services = new MultiService();
    services.addService(service);
    expect(inspect(services)).to.equal('<MultiService, not running, services: 1>');
  });
});
