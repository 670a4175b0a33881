import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { HostWorkshop } from "./support/host-workshop.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const tool = path("../../tools/abi.mjs");
const header = path("../../native/include/baton.h");

const workshop = new HostWorkshop();
after(() => workshop.remove());

/** What `npm run abi -- --check` says of a header in which one text is another. */
function check(text = "", other = ""): { readonly code: number | null; readonly said: string } {
  const original = readFileSync(header, "utf8");
  assert.ok(original.includes(text), `baton.h has no "${text}" any more`);
  const changed = workshop.write("baton.h", original.replace(text, other));
  const ended = spawnSync(process.execPath, [tool, "--check", "--header", changed], {
    encoding: "utf8",
  });
  assert.equal(ended.stderr, "");
  return { code: ended.status, said: ended.stdout };
}

const publish = "What is appended harms nobody; publish it with: npm run abi -- --write\n";

describe(
  "the published table of the binary interface (native/abi.txt)",
  { timeout: 60_000 },
  () => {
    it("is that of baton.h", () => {
      const { code, said } = check();
      assert.match(said, /^\d{3} lines, as they were published\n$/);
      assert.equal(code, 0);
    });

    it("lets a member be appended to a struct, once that is published", () => {
      const last =
        "  const char* user_data;   /* any JSON, kept with the job; at most BATON_MAX_USER_DATA_SIZE */\n";
      const { code, said } = check(last, `${last}  int64_t more;\n`);
      const line =
        'appended: struct baton_submit_options: "baton_submit_options 80 8 int64_t more", at its end\n';
      assert.deepEqual({ code, said }, { code: 1, said: line + publish });
    });

    it("lets a number be appended, once that is published", () => {
      const { code, said } = check(
        "BATON_ERROR_INTERNAL = 21 ",
        "BATON_ERROR_INTERNAL = 21, BATON_ERROR_MORE = 22 ",
      );
      assert.deepEqual(
        { code, said },
        { code: 1, said: `appended: number BATON_ERROR_MORE\n${publish}` },
      );
    });

    const breaks: readonly (readonly [what: string, text: string, other: string, said: RegExp])[] =
      [
        [
          "a member in the middle of a struct",
          "  uint32_t flags;   /* BATON_JOB_ */",
          "  uint32_t more;\n  uint32_t flags;",
          /^breaks plugins: struct baton_job_desc: ".* uint32_t flags" became ".* uint32_t more"$/m,
        ],
        [
          "a number that changes",
          "BATON_STEP_CONTINUE = 3",
          "BATON_STEP_CONTINUE = 5",
          /^breaks plugins: number BATON_STEP_CONTINUE: 3 became 5$/m,
        ],
        [
          "a number that goes",
          "  BATON_STOP_CANCELED = 4,",
          "",
          /^breaks plugins: number BATON_STOP_CANCELED is gone$/m,
        ],
        [
          "a function with another argument",
          "baton_status(BATON_CALL* free_job)(const baton_host* host, baton_job job)",
          "baton_status(BATON_CALL* free_job)(const baton_host* host, baton_job* job)",
          /^breaks plugins: struct baton_host: ".*, baton_job job\)" became ".*, baton_job\* job\)"$/m,
        ],
        [
          "a function under another name",
          "(BATON_CALL* pause_job)(const baton_host* host, const char* id)",
          "(BATON_CALL* halt_job)(const baton_host* host, const char* id)",
          /^breaks plugins: struct baton_host: ".*pause_job.*" became ".*halt_job.*"$/m,
        ],
      ];
    for (const [what, text, other, says] of breaks) {
      it(`does not let pass ${what}`, () => {
        const { code, said } = check(text, other);
        assert.match(said, says);
        assert.ok(!said.includes(publish));
        assert.equal(code, 1);
      });
    }
  },
);
