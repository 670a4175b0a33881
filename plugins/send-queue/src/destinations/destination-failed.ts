import type { Failure } from "../policy/failure.ts";

/** There is no way to a destination at this time. */
export class DestinationFailed extends Error {
  override readonly name = "DestinationFailed";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.sentence);
    this.failure = failure;
  }
}
