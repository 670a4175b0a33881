/* A library that is no plugin. */
int baton_probe_nothing(void);
int baton_probe_nothing(void) { return 0; }
