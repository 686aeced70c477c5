import { MultiService } from './multi-service.js';

/** All services of a program, under the program's name. {@link runApplication} runs it. Twisted: `Application`. */
export class Application extends MultiService {
  constructor(name: string) {
    super();
    this.setName(name);
  }
}
