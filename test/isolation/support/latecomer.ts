import { definePlugin, StepResult, type JobDescriptor, type PluginHost } from "../../../src/sdk.ts";

const counts = { asked: 0, finalized: 0 };

const descriptor: JobDescriptor<object> = {
  type: "late",
  payload: {},
  step: () => StepResult.success,
  getSerialized: () => "late",
  finalize() {
    counts.finalized += 1;
  },
};

/** A plugin that takes its time to make a job of content or state: until it is told to go. */
export const plugin = definePlugin({
  name: "latecomer",
  version: "1.0.0",
  start(host: PluginHost) {
    const { promise: going, resolve: go } = Promise.withResolvers<void>();
    const make = async (): Promise<ReturnType<PluginHost["createJob"]>> => {
      counts.asked += 1;
      await going;
      return host.createJob(descriptor);
    };
    host.registerType("late", make, { create: make });
    host.registerRoute("POST", "/latecomer", async () => {
      await host.submitJob(host.createJob(descriptor));
    });
    host.registerRoute("POST", "/latecomer/go", () => go());
    host.registerRoute("GET", "/latecomer/counts", () => ({ body: { ...counts } }));
  },
});
