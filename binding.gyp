# The host addon: the native core and its binding to JavaScript, in one image that is never unmapped.
# Sanitizers: node-gyp rebuild -- -Dsan=address (or thread, undefined).
{
  "variables": { "san%": "" },
  "targets": [
    {
      "target_name": "baton_host",
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except_all"],
      "include_dirs": ["native/include", "native/src/core", "native/src/check", "native/src/addon"],
      "defines": [
        "NAPI_VERSION=9",
        # Where an environment is being terminated nothing can be thrown, and nobody would catch it.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        # The loader compares: a binding is good for its own version only.
        "BATON_HOST_VERSION=\"<!(node -p \"require('./package.json').version\")\""
      ],
      "sources": [
        "native/src/addon/addon.cc",
        "native/src/addon/arguments.cc",
        "native/src/addon/bridge.cc",
        "native/src/addon/check_object.cc",
        "native/src/addon/convert.cc",
        "native/src/addon/core_object.cc",
        "native/src/addon/core_services.cc",
        "native/src/addon/flat.cc",
        "native/src/addon/loop_calls.cc",
        "native/src/addon/node_border.cc",
        "native/src/addon/plugin_table.cc",
        "native/src/addon/shared_core.cc",
        "native/src/addon/store_object.cc",
        "native/src/check/checked_call.cc",
        "native/src/check/checked_calls.cc",
        "native/src/check/checker.cc",
        "native/src/check/creations.cc",
        "native/src/check/declaration.cc",
        "native/src/check/fault_plan.cc",
        "native/src/check/findings.cc",
        "native/src/check/ownership.cc",
        "native/src/check/round_trip.cc",
        "native/src/check/spied_creator.cc",
        "native/src/check/spied_job.cc",
        "native/src/check/spied_route.cc",
        "native/src/check/spied_run.cc",
        "native/src/check/spied_sink.cc",
        "native/src/check/spied_type.cc",
        "native/src/core/answer_job.cc",
        "native/src/core/call_desk.cc",
        "native/src/core/callbacks.cc",
        "native/src/core/closing.cc",
        "native/src/core/child_calls.cc",
        "native/src/core/child_tree.cc",
        "native/src/core/core.cc",
        "native/src/core/core_store.cc",
        "native/src/core/creation.cc",
        "native/src/core/error_table.cc",
        "native/src/core/event_desk.cc",
        "native/src/core/handle_part.cc",
        "native/src/core/handle_table.cc",
        "native/src/core/host_calls.cc",
        "native/src/core/ids.cc",
        "native/src/core/inbox.cc",
        "native/src/core/instance.cc",
        "native/src/core/job_info.cc",
        "native/src/core/job_wish.cc",
        "native/src/core/json.cc",
        "native/src/core/kernel.cc",
        "native/src/core/library.cc",
        "native/src/core/loop_errand.cc",
        "native/src/core/loop_queue.cc",
        "native/src/core/metric_table.cc",
        "native/src/core/output_calls.cc",
        "native/src/core/payload.cc",
        "native/src/core/property.cc",
        "native/src/core/property_table.cc",
        "native/src/core/pushed_sample.cc",
        "native/src/core/ready_lane.cc",
        "native/src/core/ready_list.cc",
        "native/src/core/recycling.cc",
        "native/src/core/request_pool.cc",
        "native/src/core/response.cc",
        "native/src/core/rest_call.cc",
        "native/src/core/rest_request.cc",
        "native/src/core/room.cc",
        "native/src/core/route_pattern.cc",
        "native/src/core/route_table.cc",
        "native/src/core/run.cc",
        "native/src/core/run_calls.cc",
        "native/src/core/run_prepare.cc",
        "native/src/core/run_timeout.cc",
        "native/src/core/service_calls.cc",
        "native/src/core/sink.cc",
        "native/src/core/sink_response.cc",
        "native/src/core/status.cc",
        "native/src/core/step_pool.cc",
        "native/src/core/step_watch.cc",
        "native/src/core/store_queue.cc",
        "native/src/core/submission.cc",
        "native/src/core/submit.cc",
        "native/src/core/submit_async.cc",
        "native/src/core/submit_calls.cc",
        "native/src/core/submit_wishes.cc",
        "native/src/core/text.cc"
      ],
      "cflags": ["-Wall", "-Wextra", "-fvisibility=hidden"],
      # The core and its plugins meet exceptions of each other: they need their type information.
      "cflags_cc!": ["-fno-rtti", "-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": ["-std=c++17", "-fvisibility-inlines-hidden"],
      "conditions": [
        ["OS=='linux'", {
          "cflags": ["-pthread"],
          # Node.js unmaps an addon with the last worker that loaded it, also while threads run in it.
          "ldflags": ["-pthread", "-Wl,-z,nodelete"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "CLANG_CXX_LIBRARY": "libc++",
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "GCC_ENABLE_CPP_RTTI": "YES",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "MACOSX_DEPLOYMENT_TARGET": "11.0"
          }
        }],
        ["OS=='win'", {
          "defines": ["NOMINMAX", "_HAS_EXCEPTIONS=1"],
          "msvs_settings": {
            "VCCLCompilerTool": {
              "AdditionalOptions": ["/std:c++17", "/utf-8"],
              "ExceptionHandling": 1,
              "RuntimeTypeInfo": "true"
            }
          }
        }],
        ["san!=''", {
          "cflags": ["-fsanitize=<(san)", "-fno-omit-frame-pointer", "-g", "-O1"],
          "ldflags": ["-fsanitize=<(san)"]
        }]
      ]
    }
  ]
}
