import { AsyncLocalStorage } from "node:async_hooks";
import type { CalledBy, CallScope } from "../ports/call-scope.ts";

interface Scope {
  calledBy: CalledBy | null;
}

/** Follows callbacks through everything they await. */
export class AsyncCallScope implements CallScope {
  readonly #storage = new AsyncLocalStorage<Scope>();

  enter<T>(calledBy: CalledBy, callback: () => T): T {
    const scope: Scope = { calledBy };
    const leave = (): void => {
      scope.calledBy = null;
    };
    let answer: T;
    try {
      answer = this.#storage.run(scope, answerOf, callback);
    } catch (error) {
      leave();
      throw error;
    }
    if (answer instanceof Promise) answer.then(leave, leave);
    else leave();
    return answer;
  }

  inside(): CalledBy | null {
    return this.#storage.getStore()?.calledBy ?? null;
  }
}

/** Of a thenable the promise: its `then` may do its work anew with each call. */
function answerOf<T>(callback: () => T): T {
  const answer = callback();
  return isThenable(answer) ? (Promise.resolve(answer) as T) : answer;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null || !("then" in value)) return false;
  return typeof value.then === "function";
}
