/**
 * A plugin, as text: POST /counting/{steps} makes a job of so many steps, a few milliseconds each,
 * and answers its id. The job's content says how far it is, and from where it went on.
 */
export const countingPlugin = `
import { setTimeout as delay } from "node:timers/promises";
export const plugin = {
  name: "counting",
  version: "1.0.0",
  start(host) {
    const create = (job) => host.createJob({
      type: "counting",
      payload: job,
      step: async (own) => {
        await delay(5);
        own.done += 1;
        return { kind: own.done < own.steps ? "continue" : "success" };
      },
      getContent: ({ done, from }) => ({ done, from }),
      getSerialized: (own) => JSON.stringify(own),
    });
    host.registerType("counting", (_type, state) => {
      const job = JSON.parse(new TextDecoder().decode(state));
      return create({ ...job, from: job.done });
    });
    host.registerRoute("POST", "/counting/{steps}", async ({ params }) => ({
      body: await host.submitJob(create({ steps: Number(params.steps), done: 0, from: 0 })),
    }));
  },
};
`;
