import { abortCases } from './abort-cases.js';
import { acceptErrorCases } from './accept-error-cases.js';
import { acceptingCases } from './accepting-cases.js';
import { adoptionCases } from './adoption-cases.js';
import { bufferingCases } from './buffering-cases.js';
import type { ConformanceGroup } from './case.js';
import { closingCases } from './closing-cases.js';
import { connectFailureCases } from './connect-failure-cases.js';
import { connectorCases } from './connector-cases.js';
import { descriptorReuseCases } from './descriptor-reuse-cases.js';
import { echoCases } from './echo-cases.js';
import { exhaustionCases } from './exhaustion-cases.js';
import { faultIsolationCases } from './fault-isolation-cases.js';
import { fileCases } from './file-cases.js';
import { fileErrorCases } from './file-error-cases.js';
import { halfCloseCases } from './half-close-cases.js';
import { hostNameCases } from './host-name-cases.js';
import { listeningOptionCases } from './listening-option-cases.js';
import { optionCases } from './option-cases.js';
import { pausingCases } from './pausing-cases.js';
import { portCases } from './port-cases.js';
import { portStoppingCases } from './port-stopping-cases.js';
import { producerCases } from './producer-cases.js';
import { sendErrorCases } from './send-error-cases.js';
import { sharedDescriptorCases } from './shared-descriptor-cases.js';
import { sheddingCases } from './shedding-cases.js';
import { writingCases } from './writing-cases.js';

/** The cases of TCP, by theme. */
export const tcpCases: readonly ConformanceGroup[] = [
  { title: 'echo', cases: echoCases },
  { title: 'writing', cases: writingCases },
  { title: 'errors of send and recv', cases: sendErrorCases },
  { title: 'sending files', cases: fileCases },
  { title: 'errors of sendfile', cases: fileErrorCases },
  { title: 'the write queue', cases: bufferingCases },
  { title: 'producers', cases: producerCases },
  { title: 'half-close', cases: halfCloseCases },
  { title: 'abort', cases: abortCases },
  { title: 'closing', cases: closingCases },
  { title: 'pausing', cases: pausingCases },
  { title: 'what protocols throw', cases: faultIsolationCases },
  { title: 'options of connections', cases: optionCases },
  { title: 'ports', cases: portCases },
  { title: 'accepting', cases: acceptingCases },
  { title: 'stopping ports', cases: portStoppingCases },
  { title: 'options of ports', cases: listeningOptionCases },
  { title: 'connectors', cases: connectorCases },
  { title: 'attempts that fail', cases: connectFailureCases },
  { title: 'connecting by name', cases: hostNameCases },
  { title: 'adopted and detached sockets', cases: adoptionCases },
  { title: 'shared descriptors', cases: sharedDescriptorCases },
  { title: 'errors of accept', cases: acceptErrorCases },
  { title: 'shedding clients', cases: sheddingCases },
  { title: 'descriptor exhaustion', cases: exhaustionCases },
  { title: 'descriptor numbers used again', cases: descriptorReuseCases },
];
