import { JobEngineError, definePlugin, type RouteResponse } from "../../../src/sdk.ts";

const chunk = new Uint8Array(40_000).fill(7);

/** How many chunks of the endless stream were made, and whether it heard that nobody wants more. */
const endless = { made: 0, isStopped: false };

async function* endlessly(): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      endless.made += 1;
      yield chunk;
    }
  } finally {
    endless.isStopped = true;
  }
}

async function* some(count: number, fault: unknown = null): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield new Uint8Array(70_000).fill(at);
  if (fault !== null) throw fault;
}

const answers: Readonly<Record<string, () => RouteResponse | void>> = {
  nothing: () => undefined,
  status: () => ({ status: 204 }),
  text: () => ({ body: "words – with a dash" }),
  json: () => ({ body: { a: [1, null, "b"], b: { c: true } } }),
  bytes: () => ({ body: new Uint8Array([0, 255, 1]) }),
  large: () => ({ body: new Uint8Array(1_000_000).fill(3) }),
  "large json": () => ({ body: Array.from({ length: 20_000 }, (_, at) => `value ${at}`) }),
  headers: () => ({ headers: { "X-Own": "yes", "content-type": "text/csv" }, body: "a,b" }),
  stream: () => ({ body: some(5) }),
  "empty stream": () => ({ body: some(0) }),
  "broken stream": () => ({ body: some(0, new Error("it broke")) }),
  "no bytes": () => ({
    body: (async function* () {
      yield "text" as never;
    })(),
  }),
  "bad status": () => ({ status: 99 }),
  "bad header": () => ({ headers: { "a b": "c" } }),
  "no header": () => ({ headers: { odd: Symbol("it cannot be cloned") as never } }),
  "no status": () => ({ status: (() => 200) as never }),
  "no json": () => ({ body: (() => 1) as never }),
  throws: () => {
    throw new Error("a secret of the plugin's");
  },
  refuses: () => {
    throw new JobEngineError("INVALID_ARGUMENT", "your number is odd");
  },
};

/** `GET /answer/{name}` gives one of the answers above; `POST /echo/{rest*}` says what it was asked. */
export const plugin = definePlugin({
  name: "router",
  version: "1.0.0",
  start(host) {
    const panel = { panel: "Answers" };
    host.registerRoute("GET", "/answers", () => ({ body: Object.keys(answers) }), panel);
    const figures = { metrics: true };
    host.registerRoute("GET", "/figures", () => ({ body: "router_answers 3\n" }), figures);
    host.registerRoute("GET", "/answer/{name}", ({ params }) => answers[params["name"] ?? ""]?.());
    host.registerRoute("GET", "/guarded", () => ({ body: "seen" }), { scope: "operate" });
    host.registerRoute("GET", "/endless", () => ({ body: endlessly() }));
    host.registerRoute("GET", "/endless-count", () => ({ body: { ...endless } }));
    host.registerRoute(
      "POST",
      "/echo/{rest*}",
      ({ method, path, params, query, headers, body }) => ({
        headers: {
          "x-asked": JSON.stringify({
            method,
            path,
            params,
            query: [...query],
            own: headers["x-own"],
            caller: headers["baton-caller"] ?? null,
          }),
        },
        body,
      }),
    );
  },
});
