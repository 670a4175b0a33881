/* A host for the pure C test: an engine in memory with one slot, behind C functions. One thread. */
#ifndef BATON_TEST_C_HOST_H_
#define BATON_TEST_C_HOST_H_

#include "baton.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a host and starts the plugin in it; returns what start answered. */
baton_status c_host_open(const baton_plugin* plugin);

const baton_host* c_host_table(void);

/* Runs the oldest submitted job until its run ends; returns the stop reason. */
int32_t c_host_run_one(void);

/* Closes it; calls the plugin's stop. Returns 1 if nothing is left over. */
int c_host_close(void);

#ifdef __cplusplus
}
#endif

#endif /* BATON_TEST_C_HOST_H_ */
