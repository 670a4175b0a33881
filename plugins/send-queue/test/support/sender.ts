import type { AssociationOptions } from "../../src/dicom/association-options.ts";
import { Association } from "../../src/dicom/association.ts";
import { dataSetInMemory } from "../../src/dicom/data-set.ts";
import type { ProposedContext } from "../../src/dicom/pdu.ts";
import type { MadeInstance } from "./made-instance.ts";

/** One context for each pair of class and syntax, with the ids 1, 3, 5 … */
export function contextsFor(
  instances: readonly Pick<MadeInstance, "sopClass" | "transferSyntax">[],
): readonly ProposedContext[] {
  const pairs = new Set(instances.map((one) => `${one.sopClass} ${one.transferSyntax}`));
  return [...pairs].map((pair, index) => {
    const [abstractSyntax = "", transferSyntax = ""] = pair.split(" ");
    return { id: 2 * index + 1, abstractSyntax, transferSyntaxes: [transferSyntax] };
  });
}

/** An association with what listens on a port of this machine. */
export const associate = (
  port: number,
  contexts: readonly ProposedContext[],
  options: Partial<AssociationOptions> = {},
): Promise<Association> =>
  Association.open({
    address: { host: "127.0.0.1", port, tls: null },
    calledAet: "PEER",
    callingAet: "SENDQ",
    contexts,
    ...options,
  });

/** Sends an instance in the context that its class and syntax have. */
export function store(
  association: Association,
  instance: MadeInstance,
  contexts: readonly ProposedContext[],
): ReturnType<Association["store"]> {
  const { sopClass, sopInstance, transferSyntax, dataSet } = instance;
  const context = contexts.find(
    (one) => one.abstractSyntax === sopClass && one.transferSyntaxes[0] === transferSyntax,
  );
  const contextId = context?.id ?? 0;
  return association.store({ contextId, sopClass, sopInstance, data: dataSetInMemory(dataSet) });
}
