/** Places to listen and to connect, as values and as strings. */
export {};
