/** What programs do with time, with iterators and with other threads, on top of any reactor's clock. */
export {};
