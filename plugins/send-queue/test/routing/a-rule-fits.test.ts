import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tag, type Instance } from "../../src/part10/part10.ts";
import { fromRest, type Origin } from "../../src/routing/origin.ts";
import { namedDestinations, readRouting } from "../../src/routing/read-routing.ts";
import type { RuleGiven } from "../../src/routing/routing-schema.ts";
import { routesOf, tagsOf } from "../../src/routing/rule.ts";
import { readSettings } from "../../src/settings/settings.ts";

const instance: Instance = {
  sopClass: "1.2.840.10008.5.1.4.1.1.2",
  sopInstance: "1.2.3",
  transferSyntax: "1.2.840.10008.1.2.1",
  offset: 0,
  size: 2,
  isCut: false,
  values: new Map<number, string>([
    [tag.modality, "CT"],
    [tag.station, "Scanner 2 (east)"],
    [tag.seriesDescription, "HEAD C+ [1.5mm]"],
  ]),
};
const called: Origin = { ...fromRest, source: "dicom", calledAet: "ROUTER", callingAet: "CT02" };

const goes = (rules: readonly RuleGiven[], origin = called): unknown => {
  const routes = routesOf(readRouting({ Rules: rules }).rules, instance, origin);
  return routes === null ? null : Object.fromEntries(routes);
};

describe("a rule fits", () => {
  const fitting: readonly NonNullable<RuleGiven["When"]>[] = [
    {},
    { Modality: "CT" },
    { Modality: ["MR", "ct"] },
    { Modality: "C?", CallingAet: "CT*", CalledAet: "router", Source: "dicom" },
    { SeriesDescription: "*C+ [1.5MM]" },
    { StationName: "scanner ? (east)" },
    { Manufacturer: "" },
    { SopClass: "1.2.840.10008.5.1.4.1.1.2", TransferSyntax: "1.2.840.10008.1.2.*" },
  ];
  for (const When of fitting) {
    it(`when it says ${JSON.stringify(When)}`, () => {
      assert.deepEqual(goes([{ When, To: ["pacs"] }]), { pacs: 0 });
    });
  }

  const other: readonly NonNullable<RuleGiven["When"]>[] = [
    { Modality: "C" },
    { Modality: "CTX" },
    { Modality: "CT", CallingAet: "MR*" },
    { SeriesDescription: "HEAD C? *1x5mm*" },
    { Manufacturer: "?*" },
    { SopClass: "1x2*" },
    { Folder: "?*" },
    { Source: "rest" },
  ];
  for (const When of other) {
    it(`not when it says ${JSON.stringify(When)}`, () => {
      assert.equal(goes([{ When, To: ["pacs"] }]), null);
    });
  }

  it("beside others: all of them count, with the highest priority, up to one that is the last", () => {
    const rules: readonly RuleGiven[] = [
      { To: ["archive"] },
      { When: { Modality: "MR" }, To: ["mr"], Last: true },
      { When: { Modality: "CT" }, To: ["archive", "ct"], Priority: 5, Last: true },
      { To: ["never"] },
    ];
    assert.deepEqual(goes(rules), { archive: 5, ct: 5 });
  });

  it("and may say that it goes nowhere", () => {
    assert.deepEqual(goes([{ When: { Modality: "CT" }, To: [], Last: true }, { To: ["x"] }]), {});
  });

  it("and only what rules ask for is read", () => {
    const { rules } = readRouting({
      Rules: [
        { When: { Modality: "CT", CallingAet: "X" }, To: [] },
        { When: { Modality: "MR" }, To: [] },
      ],
    });
    assert.deepEqual(tagsOf(rules), [tag.modality]);
  });

  it("only for destinations that there are", () => {
    const Folders = { in: { Path: "/in", To: ["nobody"] } };
    assert.deepEqual([...namedDestinations({ Folders })], [["nobody", "SendQueue.Folders.in.To"]]);
    for (const SendQueue of [{ Rules: [{ To: ["nobody"] }] }, { Folders }]) {
      assert.throws(() => readSettings({ SendQueue }, () => ""), /nobody/);
    }
    const misspelled = { SendQueue: { Rules: [{ When: { Modalities: "CT" }, To: [] }] } };
    assert.throws(() => readSettings(misspelled, () => ""), /Rules/);
  });
});
