import type { Outcome } from "./life.ts";
import type { Node } from "./node.ts";

/** Starts a node, once, and answers its value; every call gets the same promise. */
export class Runs<T> {
  readonly #node: Node<T>;
  #value: Promise<T> | null = null;

  constructor(node: Node<T>) {
    this.#node = node;
  }

  run(): Promise<T> {
    if (this.#value === null) {
      this.#value = this.#node.settled.then(valueOf);
      // Nobody has to look at it: the failure stands in the state, and goes to the parent.
      this.#value.catch(() => undefined);
    }
    this.#node.start();
    return this.#value;
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  switch (outcome.state) {
    case "finished":
      return outcome.value;
    case "failed":
      throw outcome.error;
    case "canceled":
      throw outcome.reason;
  }
}
