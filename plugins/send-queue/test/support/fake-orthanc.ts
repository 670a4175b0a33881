import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An Orthanc in memory, as far as it is fetched from. */
export class FakeOrthanc implements AsyncDisposable {
  /** What `GET /<kind>/<id>` answers. */
  readonly resources = new Map<string, object>();
  /** The files of instances, by their ids. */
  readonly files = new Map<string, Uint8Array>();
  /** Every path that was asked for. */
  readonly asked: string[] = [];
  /** Done with a file instead of answering it; false: it is answered. */
  spoil: (response: ServerResponse, file: Uint8Array) => boolean = () => false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(({ url = "" }, response) => this.#answer(url, response));
  }

  static async listen(): Promise<FakeOrthanc> {
    const orthanc = new FakeOrthanc();
    orthanc.#server.listen(0, "127.0.0.1");
    await once(orthanc.#server, "listening");
    return orthanc;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** One study of one series. */
  hold(
    { study, series }: { readonly study: string; readonly series: string },
    files: ReadonlyMap<string, Uint8Array>,
  ): void {
    this.resources.set(`/studies/${study}`, { ID: study, Series: [series] });
    this.resources.set(`/series/${series}`, { ID: series, Instances: [...files.keys()] });
    for (const [id, file] of files) {
      this.resources.set(`/instances/${id}`, { ID: id });
      this.files.set(id, file);
    }
  }

  #answer(url: string, response: ServerResponse): void {
    this.asked.push(url);
    const [, id] = /^\/instances\/([^/]+)\/file$/.exec(url) ?? [];
    const file = id === undefined ? undefined : this.files.get(id);
    if (file !== undefined) {
      if (!this.spoil(response, file)) response.end(file);
      return;
    }
    const resource = this.resources.get(url);
    response.statusCode = resource === undefined ? 404 : 200;
    response.end(JSON.stringify(resource ?? {}));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
