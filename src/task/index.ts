/** What programs do with time, with iterators and with other threads, on top of any reactor's clock. */
export { LoopingCall, type LoopClock, type LoopingCallStartOptions } from './looping-call.js';
