import { implementationClass } from "../dicom/uids.ts";
import type { Failure } from "../policy/failure.ts";
import { judgeProbe, waitOf } from "../policy/http-status.ts";
import { judgeTrouble } from "../policy/peer-trouble.ts";
import type { WebServer } from "../settings/settings.ts";
import type { WebPatience } from "../stow/exchange.ts";
import { WebConnection } from "../stow/web-connection.ts";

/** Milliseconds; the server's own time-out is that without progress. */
const connectMs = 10_000;
const responseMs = 300_000;
/** For an answer to a question that costs nothing. */
const askedMs = 30_000;

/** No study has this UID: asking for it costs the server little, and answers with nobody's data. */
const probePath = `studies?StudyInstanceUID=${implementationClass}&limit=1`;

/** DICOM's JSON: the only answer that is understood. */
export const accept = "application/dicom+json";

/** A DICOMweb server, and what its senders have learned of it, until the next start. */
export class StowPeer {
  readonly server: WebServer;
  readonly #patience: WebPatience;
  /** Whether it takes requests that do not say how long they are. */
  isChunked: boolean;
  /** In one request; less than configured if it has refused one as too large. */
  mostBytes: number;
  /** It has answered once: from then on what breaks may be an instance's fault. */
  speaksHttp = false;

  constructor(server: WebServer) {
    this.server = server;
    const { timeoutMs: progressMs, isChunked, room, patience } = server;
    this.#patience = { connectMs, progressMs, responseMs, ...patience };
    this.isChunked = isChunked;
    this.mostBytes = room.bytes;
  }

  /** For one after the other; it stands with the first request. */
  connect(patience: Partial<WebPatience> = {}): WebConnection {
    return new WebConnection(this.server.address, { ...this.#patience, ...patience });
  }

  /**
   * Asks for a study that there is not (QIDO-RS). Whoever answers, and lets us in, is there: also one
   * that cannot be asked for studies. Null: it is there. Whether it takes instances shows when one is
   * sent. Aborting the connection ends it.
   */
  async ask(connection = this.connectToAsk()): Promise<Failure | null> {
    const headers = { Accept: accept };
    const question = { method: "GET", path: probePath, headers, blocks: null } as const;
    const exchanged = await connection.exchange(question);
    connection.abort();
    if (exchanged.kind === "broken") return judgeTrouble(exchanged.trouble, false);
    // There is no body that could be.
    if (exchanged.kind === "unreadable") throw exchanged.error;
    this.speaksHttp = true;
    const { status, retryAfter } = exchanged.reply;
    return judgeProbe(status, waitOf(retryAfter, Date.now()));
  }

  connectToAsk(): WebConnection {
    return this.connect({ responseMs: Math.min(askedMs, this.#patience.responseMs) });
  }
}
