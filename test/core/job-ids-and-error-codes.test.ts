import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  JobEngineError,
  errorCodes,
  failureCodes,
  orthancErrorCode,
} from "../../src/core/errors.ts";
import { parseJobId } from "../../src/core/job-id.ts";

void describe("a job id", () => {
  void it("is a UUID in lower case", () => {
    const text = "0f8fad5b-d9cb-469f-a165-70867728950e";
    assert.equal(parseJobId(text), text);
  });

  const others = [
    "",
    "0F8FAD5B-D9CB-469F-A165-70867728950E",
    " 0f8fad5b-d9cb-469f-a165-70867728950e",
    "0f8fad5b-d9cb-469f-a165-70867728950e\n",
    "0f8fad5bd9cb469fa16570867728950e",
    "0f8fad5b-d9cb-469f-a165-70867728950g",
  ];
  for (const text of others) {
    void it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseJobId(text), null));
  }
});

void describe("an error of the engine", () => {
  void it("begins with the words of its code, then says the rest", () => {
    const error = new JobEngineError("NOT_FOUND", "no job 7", { cause: 7 });
    assert.equal(error.message, "There is no such thing here: no job 7");
    assert.deepEqual([error.name, error.code, error.cause], ["JobEngineError", "NOT_FOUND", 7]);
    assert.equal(new JobEngineError("CLOSING").message, "The host is closing or closed");
  });

  void it("has a code in capitals", () => {
    for (const code of [...Object.keys(errorCodes), ...Object.keys(failureCodes)]) {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    }
  });
});

void describe("the number Orthanc's clients see", () => {
  void it("is that of the code, and 1 for a plugin's own", () => {
    assert.equal(orthancErrorCode("JOB_CANCELED"), 37);
    assert.equal(orthancErrorCode("MY_OWN"), 1);
  });

  void it("is 1 also for a code that is the name of something inherited", () => {
    assert.equal(orthancErrorCode("constructor"), 1);
  });
});
