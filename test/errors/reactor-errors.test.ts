import { expect } from 'chai';
import {
  ReactorAlreadyInstalledError,
  ReactorAlreadyRunning,
  ReactorClosedError,
  ReactorNotRunning,
} from '../../src/errors/index.js';

describe('errors of misusing a reactor', () => {
  it('say what is wrong', () => {
    expect(new ReactorNotRunning().message).to.equal('The reactor is not running');
    expect(new ReactorAlreadyRunning().message).to.equal('The reactor is running already');
    expect(new ReactorClosedError().message).to.equal('The reactor is closed');
    expect(new ReactorAlreadyInstalledError().message).to.equal('A reactor is installed already');
  });
});
