import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { panelFrom } from "../../src/dashboard/view/panel.ts";

/** What a panel shows of such a fact. */
function valueOf(value: number, unit: string): unknown {
  const facts = [{ name: "Fact", value, unit }];
  const panel = panelFrom({ sections: [{ title: "One", cards: [{ title: "Card", facts }] }] });
  return panel?.sections[0]?.cards?.[0]?.facts?.[0]?.value;
}

describe("a panel of a plugin", () => {
  it("is shown with all that it says", () => {
    const card = {
      id: "pacs",
      title: "PACS",
      state: "Sending",
      tone: "good",
      progress: 0.5,
      facts: [
        { name: "Waiting", value: 12 },
        { name: "Sent", value: 1e6, unit: "bytes" },
        { name: "Next", value: null },
      ],
      note: "All is well.",
      actions: [
        { label: "Pause", method: "POST", path: "/pause", body: {}, confirm: "Really?" },
        { label: "Go", method: "PUT", path: "/go" },
      ],
    };
    const section = {
      title: "Destinations",
      note: "Where",
      empty: "None",
      actions: [],
      cards: [card],
    };
    assert.deepEqual(panelFrom({ sections: [section] }), { sections: [section] });
  });

  it("is none without sections", () => {
    for (const odd of [null, 1, "panel", [], {}, { sections: {} }]) {
      assert.equal(panelFrom(odd), null, JSON.stringify(odd));
    }
  });

  it("loses what is odd in it, and nothing else", () => {
    const odd = {
      sections: [
        null,
        { title: 1, cards: [] },
        {
          title: "Kept",
          note: 7,
          cards: [
            "card",
            { title: "Card", state: {}, tone: "purple", progress: 2, facts: [{ value: 1 }] },
            { title: "Other", facts: [{ name: "Odd", value: { a: 1 }, unit: "furlongs" }] },
          ],
          actions: [
            { label: "Look", method: "GET", path: "/" },
            { label: "Nowhere", method: "POST" },
          ],
        },
      ],
    };
    const cards = [
      { title: "Card", facts: [], actions: [] },
      { title: "Other", facts: [{ name: "Odd", value: null }], actions: [] },
    ];
    assert.deepEqual(panelFrom(odd), { sections: [{ title: "Kept", actions: [], cards }] });
  });

  it("has only times that there are", () => {
    for (const time of [8.64e15, -8.64e15, 0]) {
      assert.equal(valueOf(time, "time"), time);
      assert.ok(new Date(time).toISOString());
    }
    for (const none of [8.64e15 + 1, -1e300]) {
      assert.equal(valueOf(none, "time"), null);
      assert.equal(valueOf(none, "bytes"), none);
    }
  });
});
