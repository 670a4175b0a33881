import { Type } from "typebox";
import { Value } from "typebox/value";
import type { ItemFilter } from "../queue/item-filter.ts";

/** What a request says of the items it is about, or what is wrong with it. */
export type ReadFilter =
  | { readonly filter: ItemFilter; readonly limit?: number; readonly to?: string }
  | { readonly invalid: string };

const states = ["pending", "sent", "failed", "removed"] as const;

const filterObject = Type.Object(
  {
    State: Type.Optional(Type.Union(states.map((state) => Type.Literal(state)))),
    Destination: Type.Optional(Type.String()),
    Request: Type.Optional(Type.String()),
    Study: Type.Optional(Type.String()),
    Failure: Type.Optional(Type.String()),
    Since: Type.Optional(Type.Integer({ minimum: 0 })),
    Limit: Type.Optional(Type.Integer({ minimum: 1 })),
    To: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** `?state=&destination=&request=&study=&failure=&since=&limit=`. */
export function readQueryFilter(query: URLSearchParams): ReadFilter {
  const given = [...query].map(([name, value]) => {
    const isNumber = (name === "since" || name === "limit") && /^\d{1,15}$/.test(value);
    return [capital(name), isNumber ? Number(value) : value] as const;
  });
  return read(Object.fromEntries(given));
}

/** A filter by that name. */
const wrapped = Type.Object({ Filter: Type.Unknown() }, { additionalProperties: false });

/** The same as an object, with capitals, or below "Filter"; an empty body is about everything. */
export function readBodyFilter(body: Uint8Array): ReadFilter {
  const text = new TextDecoder().decode(body).trim();
  try {
    const given: unknown = text === "" ? {} : JSON.parse(text);
    return read(Value.Check(wrapped, given) ? given.Filter : given);
  } catch {
    return { invalid: "The body is not JSON." };
  }
}

function read(given: unknown): ReadFilter {
  if (!Value.Check(filterObject, given)) {
    const [error] = Value.Errors(filterObject, given);
    const where = (error?.instancePath ?? "").split("/").slice(1).join(".");
    const names = Object.keys(filterObject.properties).join(", ");
    // An unknown member is told of as a schema that nothing fits.
    const what = error?.keyword === "boolean" ? "is unknown" : (error?.message ?? "is wrong");
    return { invalid: `The filter "${where}" ${what}; there are ${names}.` };
  }
  const { State, Destination, Request, Study, Failure, Since, Limit, To } = given;
  const filter = {
    state: State,
    destination: Destination,
    request: Request,
    study: Study,
    failure: Failure,
    after: Since,
  };
  const isGiven = Object.entries(filter).filter(([, value]) => value !== undefined);
  return {
    filter: Object.fromEntries(isGiven),
    ...(Limit === undefined ? {} : { limit: Limit }),
    ...(To === undefined ? {} : { to: To }),
  };
}

const capital = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
