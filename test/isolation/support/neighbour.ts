export { asNeighbour as plugin } from "./crasher.ts";
