/** What helps to test programs that are made with heddle. */
export * from './conformance/index.js';
export {
  type Fault,
  type FaultTime,
  FaultyLibc,
  type LibcCall,
  type TransferCall,
  type Truncation,
  faultyDriver,
} from './faulty-libc.js';
export * from './simulated/index.js';
export { LogCapture, type RecordChoice, messageOf } from './log-capture.js';
