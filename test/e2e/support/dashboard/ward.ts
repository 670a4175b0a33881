import type { Panel, Plugin, PluginHost } from "../../../../src/sdk.ts";

/** A plugin that shows two beds, one of which can be made; `requests`: what its buttons have sent. */
export function ward(): { readonly plugin: Plugin; readonly requests: string[] } {
  const requests: string[] = [];
  let isMade = false;
  let isBroken = false;
  const panel = (): Panel => ({
    sections: [
      {
        title: "Beds",
        note: "Two of them.",
        actions: [{ label: "Call somebody", method: "POST", path: "/ward/call" }],
        cards: [
          {
            title: "Window",
            state: isMade ? "Made" : "Unmade",
            tone: isMade ? "good" : "trouble",
            progress: isMade ? 1 : 0.25,
            facts: [
              { name: "Sheets", value: 1_200 },
              { name: "Linen", value: 2_500_000, unit: "bytes" },
              { name: "Turns", value: 3.25, unit: "per-second" },
              { name: "Next", value: Date.now() + 3_600_000, unit: "time" },
              { name: "Last", value: null },
            ],
            note: "<b>Nobody</b> has made it.",
            actions: [
              {
                label: "Make",
                method: "PUT",
                path: "/ward/beds/window",
                body: { Sheets: 2 },
                confirm: "With new sheets?",
              },
            ],
          },
          { title: "Door", facts: [] },
        ],
      },
      { title: "Guests", cards: [], empty: "Nobody is here." },
    ],
  });
  const plugin: Plugin = {
    name: "ward",
    version: "1.0.0",
    start(host: PluginHost) {
      host.registerRoute(
        "GET",
        "/ward/panel",
        () =>
          isBroken ? { status: 503, body: { Details: "The ward is closed." } } : { body: panel() },
        { panel: "Ward" },
      );
      host.registerRoute("PUT", "/ward/beds/{bed}", ({ params, body }) => {
        requests.push(`make ${params["bed"]} ${Buffer.from(body).toString()}`);
        isMade = true;
        return { body: {} };
      });
      host.registerRoute("POST", "/ward/call", () => {
        requests.push("call");
        isBroken = !isBroken;
        return { body: {} };
      });
    },
    stop() {},
  };
  return { plugin, requests };
}
