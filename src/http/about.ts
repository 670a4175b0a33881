import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { About, PluginInfo } from "../ports/about.ts";
import { endpoint } from "./endpoint.ts";
import { refusal } from "./error-body.ts";
import { shorten } from "./request-path.ts";
import { param, refuse, resource, sendJson } from "./resource.ts";
import { json } from "./schemas/answered.ts";
import { refusals } from "./schemas/refusal.ts";

/** Clients ask for it before they use what newer ones have: this is the Orthanc whose /jobs we have. */
const orthanc = { ApiVersion: 27, Version: "1.12.7" } as const;

const system = Type.Object({
  ApiVersion: Type.Integer({ description: "Of the Orthanc whose jobs interface this is." }),
  BatonVersion: Type.String({ description: "Ours: of this host." }),
  DatabaseBackendPlugin: Type.Null(),
  HttpPort: Type.Union([Type.Integer(), Type.Null()], {
    description: "Where the request arrived; null: it came from inside.",
  }),
  IsHttpServerSecure: Type.Boolean({ description: "Whether the request came over TLS." }),
  Name: Type.String(),
  Performance: Type.Object({
    ConcurrentJobs: Type.Integer({ description: "How many jobs run at once." }),
  }),
  PluginsEnabled: Type.Literal(true),
  ReadOnly: Type.Literal(false),
  StorageAreaPlugin: Type.Null(),
  Version: Type.String({ description: "Of the Orthanc whose jobs interface this is." }),
});

const plugin = Type.Object({
  ID: Type.String({ description: "Its name." }),
  Isolation: Type.Enum(["none", "thread", "process"], {
    description: "Ours: where it runs; `none`: in the host's process.",
  }),
  JobTypes: Type.Array(
    Type.Object({
      CanCreate: Type.Boolean({ description: "Whether `POST /jobs` makes jobs of it." }),
      Type: Type.String(),
    }),
    { description: "Ours: what it has registered." },
  ),
  Panels: Type.Array(
    Type.Object({
      Path: Type.String({ description: "What answers the panel; the address begins at the root." }),
      Title: Type.String(),
    }),
    { description: "Ours: what it shows on the dashboard." },
  ),
  Runner: Type.Enum(["native", "javascript"], { description: "Ours: what calls it." }),
  Version: Type.String(),
});

/** Registers /system and /plugins. */
export function registerAbout(app: FastifyInstance, about: About): void {
  resource(app, "/system", {
    GET: endpoint(
      {
        summary: "What this host is",
        description: "Orthanc's fields as far as they mean something here.",
        scope: "read",
        responses: { 200: json("It.", system) },
      },
      (request, reply) => sendJson(reply, systemOf(about, request)),
    ),
  });
  resource(app, "/plugins", {
    GET: endpoint(
      {
        summary: "The loaded plugins",
        scope: "read",
        responses: {
          200: json("Their names, in the order they were started.", Type.Array(Type.String())),
        },
      },
      (_request, reply) =>
        sendJson(
          reply,
          about.plugins().map(({ name }) => name),
        ),
    ),
  });
  resource(app, "/plugins/:id", {
    GET: endpoint(
      {
        summary: "A plugin",
        scope: "read",
        responses: { 200: json("The plugin.", plugin), ...refusals({ 404: "It is not loaded." }) },
      },
      (request, reply) => {
        const id = param(request, "id");
        const found = about.plugins().find(({ name }) => name === id);
        if (found !== undefined) return sendJson(reply, pluginObject(found));
        const details = `No plugin is named ${shorten(id)}; GET /plugins lists them.`;
        return refuse(request, reply, refusal("NOT_FOUND", details));
      },
    ),
  });
}

function systemOf(about: About, { socket, protocol }: FastifyRequest): Type.Static<typeof system> {
  return {
    ApiVersion: orthanc.ApiVersion,
    BatonVersion: about.version,
    DatabaseBackendPlugin: null,
    HttpPort: socket.localPort ?? null,
    IsHttpServerSecure: protocol === "https",
    Name: "Baton",
    Performance: { ConcurrentJobs: about.concurrentJobs },
    PluginsEnabled: true,
    ReadOnly: false,
    StorageAreaPlugin: null,
    Version: orthanc.Version,
  };
}

function pluginObject(info: PluginInfo): Type.Static<typeof plugin> {
  return {
    ID: info.name,
    Isolation: info.isolation,
    JobTypes: info.types.map(({ type, canCreate }) => ({ CanCreate: canCreate, Type: type })),
    Panels: info.panels.map(({ title, path }) => ({ Path: path, Title: title })),
    Runner: info.runner,
    Version: info.version,
  };
}
