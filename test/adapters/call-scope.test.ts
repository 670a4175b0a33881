import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AsyncCallScope } from "../../src/adapters/async-call-scope.ts";
import { Gate } from "../../src/testing/index.ts";

void describe("a call scope", () => {
  void it("is known inside the callback and what it awaits, and nowhere else", async () => {
    const scope = new AsyncCallScope();
    const gate = new Gate();
    const seen: unknown[] = [];
    const call = scope.enter("job", async () => {
      seen.push(scope.inside());
      await gate.pass();
      seen.push(scope.inside());
    });
    assert.equal(scope.inside(), null);
    gate.open();
    await call;
    assert.deepEqual(seen, ["job", "job"]);
  });

  void it("is the innermost one", () => {
    const scope = new AsyncCallScope();
    scope.enter("job", () => {
      assert.equal(
        scope.enter("route", () => scope.inside()),
        "route",
      );
      assert.equal(scope.inside(), "job");
    });
  });

  void it("calls the then of what is no promise once, inside, whoever awaits it", async () => {
    const scope = new AsyncCallScope();
    const seen: unknown[] = [];
    const lazy = {
      // oxlint-disable-next-line unicorn/no-thenable -- that is what it is about
      then(resolve: (answer: string) => void): void {
        seen.push(scope.inside());
        resolve("done");
      },
    };
    assert.equal(await scope.enter("job", () => lazy), "done");
    assert.deepEqual(seen, ["job"]);
  });

  for (const how of ["returns", "resolves", "throws", "rejects"] as const) {
    void it(`is over for what the callback has left behind, when it ${how}`, async () => {
      const scope = new AsyncCallScope();
      const gate = new Gate();
      const behind: Promise<unknown>[] = [];
      const callback = (): unknown => {
        behind.push(gate.pass().then(() => scope.inside()));
        if (how === "throws") throw new Error("enough");
        if (how === "rejects") return Promise.reject(new Error("enough"));
        return how === "resolves" ? Promise.resolve() : null;
      };
      await entered(scope, callback).catch(() => undefined);
      gate.open();
      assert.deepEqual(await Promise.all(behind), [null]);
    });
  }
});

async function entered(scope: AsyncCallScope, callback: () => unknown): Promise<unknown> {
  return scope.enter("job", callback);
}
