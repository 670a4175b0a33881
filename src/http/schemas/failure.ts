import { Type, type TSchema } from "typebox";
import { errorFields, idSchema } from "./job.ts";
import { orthancErrorFields } from "./refusal.ts";

/** The body of an answer to a request whose job has failed. */
export const failureSchema: TSchema = Type.Object(
  {
    BatonError: Type.Object(
      { ...errorFields, Job: idSchema },
      { description: "Ours: the failure in full, and the job's id." },
    ),
    ...orthancErrorFields,
  },
  { $id: "JobFailed" },
);
