/** An Orthanc that is fetched from did not give what was wanted. The message names no patient. */
export class OrthancFailed extends Error {
  override readonly name = "OrthancFailed";
}
