// What a host with a REST interface loads, and one without does not: import it where one is wanted.
export { createApp } from "./app.ts";
export { completeDoors } from "./doors/door-options.ts";
export { InProcessRest } from "./in-process.ts";
export { startServer } from "./server.ts";
