/** Services: what starts and stops together. */
export {};
