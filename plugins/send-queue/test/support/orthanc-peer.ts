import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "../../../../test/support/free-port.ts";
import { PeerProcess } from "./peers.ts";

const executable = "/usr/sbin/Orthanc";
const dicomWeb = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

/** Whether Orthanc is there with its DICOMweb plugin. If not the test skips, or fails where peers are required. */
export function hasOrthanc(test: TestContext): boolean {
  const missing = [executable, dicomWeb].find((path) => !existsSync(path));
  if (missing === undefined) return true;
  assert.notEqual(process.env["BATON_REQUIRE_PEERS"], "1", `there is no ${missing}`);
  test.skip(`there is no ${missing} (Debian: orthanc, orthanc-dicomweb)`);
  return false;
}

/** An Orthanc with its DICOMweb plugin in a process of its own, until it is disposed of. */
export class OrthancPeer implements AsyncDisposable {
  readonly url: string;
  readonly #process: PeerProcess;

  private constructor(url: string, process: PeerProcess) {
    this.url = url;
    this.#process = process;
  }

  /** `folder`: for its configuration, and for its storage, which is made. */
  static async listening(folder: string, more: object = {}): Promise<OrthancPeer> {
    const port = await freePort();
    const storage = join(folder, "storage");
    await mkdir(storage, { recursive: true });
    const configuration = join(folder, "orthanc.json");
    const settings = {
      StorageDirectory: storage,
      IndexDirectory: storage,
      HttpPort: port,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      DicomServerEnabled: false,
      Plugins: [dicomWeb],
      DicomWeb: { Enable: true, Root: "/dicom-web/" },
      ...more,
    };
    await writeFile(configuration, JSON.stringify(settings));
    const process = await PeerProcess.listening(executable, [configuration], port);
    return new OrthancPeer(`http://127.0.0.1:${port}`, process);
  }

  /** What it keeps, file by file, byte for byte. */
  async files(): Promise<Buffer[]> {
    const ids = (await (await fetch(`${this.url}/instances`)).json()) as string[];
    const files: Buffer[] = [];
    for (const id of ids) {
      const answer = await fetch(`${this.url}/instances/${id}/file`);
      assert.equal(answer.status, 200);
      files.push(Buffer.from(await answer.arrayBuffer()));
    }
    return files;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
