import { AsyncCallScope } from "../../adapters/async-call-scope.ts";
import type { FarRequest, FarResponse } from "../../adapters/isolation/protocol/calls.ts";
import { Streams, type Taking } from "../../adapters/isolation/protocol/streams.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { statusOf } from "../../adapters/native/numbers.ts";
import { NativeRoutes } from "../../adapters/native/routes.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage, NativeWish } from "../../native/messages.ts";
import type { RouteMethod } from "../../ports/plugin.ts";
import { RouteService } from "../route-service.ts";
import type { HostLink } from "./host-link.ts";

type Asked = Extract<NativeMessage, { readonly kind: "route-asked" }>;

/** The routes of a native plugin: the host passes requests on, the core's threads answer them. */
export class FarRoutes {
  /** What the host takes from here. */
  readonly streams: Streams = new Streams();
  /** How the host's streams are taken. */
  readonly taking: Taking;
  readonly #core: NativeCore;
  readonly #link: HostLink;
  readonly #routes: NativeRoutes;
  readonly #service: RouteService;

  constructor(core: NativeCore, link: HostLink) {
    this.#core = core;
    this.#link = link;
    this.#routes = new NativeRoutes(core);
    this.taking = {
      pull: (stream) => link.ask("pull", { stream }),
      drop: (stream) => link.tell("drop", { stream }),
    };
    this.#service = new RouteService(new AsyncCallScope(), this.streams, this.taking);
  }

  open(inbox: NativeInbox): void {
    this.#routes.open(inbox, ignore, ignore);
    inbox.hear({ "route-asked": (asked) => void this.#register(asked) });
  }

  handle(route: number, request: FarRequest): Promise<FarResponse> {
    return this.#service.handle(route, request);
  }

  /** See NativeRoutes.create. */
  create(wish: NativeWish): Promise<string | null> {
    return this.#routes.create(wish);
  }

  /** The plugin's thread waits until the host has agreed. */
  async #register({ ticket, method, pattern }: Asked): Promise<void> {
    const route = this.#service.add({
      kind: "whole",
      handler: (request) => this.#routes.ask(request),
    });
    const question = { method: method as RouteMethod, pattern, route };
    const status = await this.#link.ask("registerRoute", question).then(() => 0, statusOf);
    this.#core.answer(ticket, status, null);
  }
}

function ignore(): void {}
