import { ConformanceEnvironment, availableNeeds } from '../../src/testing/index.js';
import { describeEachDriver } from '../libc/each-driver.js';
import { describeCases } from './describe-cases.js';

describeEachDriver('Conformance', (driver) => {
  describeCases({
    available: availableNeeds(driver.libc),
    makeEnvironment: (needs, signal) => new ConformanceEnvironment({ driver, needs, signal }),
  });
});
