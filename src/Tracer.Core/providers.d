/*
 * Names and types of arguments that notes do not tell, for providers that have no folder of their own.
 * PostgreSQL: "Dynamic Tracing" of its manual (monitoring), table of built-in probes. libstdc++: gdb's and libstdc++'s sdt.h (libsupc++/unwind-cxx.h).
 */
provider postgresql {
    probe transaction__start(unsigned int local_transaction_id);
    probe transaction__commit(unsigned int local_transaction_id);
    probe transaction__abort(unsigned int local_transaction_id);
    probe query__start(char *query);
    probe query__done(char *query);
    probe query__parse__start(char *query);
    probe query__parse__done(char *query);
    probe query__rewrite__start(char *query);
    probe query__rewrite__done(char *query);
    probe query__plan__start();
    probe query__plan__done();
    probe query__execute__start();
    probe query__execute__done();
    probe statement__status(char *status);
    probe checkpoint__start(int flags);
    probe checkpoint__done(int buffers_written, int buffers, int files_added, int files_removed, int files_recycled);
    probe clog__checkpoint__start(bool is_shutdown);
    probe clog__checkpoint__done(bool is_shutdown);
    probe subtrans__checkpoint__start(bool is_shutdown);
    probe subtrans__checkpoint__done(bool is_shutdown);
    probe multixact__checkpoint__start(bool is_shutdown);
    probe multixact__checkpoint__done(bool is_shutdown);
    probe buffer__checkpoint__start(int flags);
    probe buffer__checkpoint__sync__start();
    probe buffer__checkpoint__done();
    probe buffer__sync__start(int buffers, int dirty);
    probe buffer__sync__written(int buffer);
    probe buffer__sync__done(int buffers, int written, int dirty);
    probe buffer__read__start(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend, bool is_extend);
    probe buffer__read__done(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend, bool is_extend, bool is_hit);
    probe buffer__flush__start(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation);
    probe buffer__flush__done(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation);
    probe buffer__write__dirty__start(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation);
    probe buffer__write__dirty__done(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation);
    probe wal__buffer__write__dirty__start();
    probe wal__buffer__write__dirty__done();
    probe wal__insert(unsigned char resource_manager, unsigned char flags);
    probe wal__switch();
    probe smgr__md__read__start(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend);
    probe smgr__md__read__done(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend, int bytes_read, int bytes_wanted);
    probe smgr__md__write__start(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend);
    probe smgr__md__write__done(int fork, unsigned int block, unsigned int tablespace, unsigned int database, unsigned int relation, int backend, int bytes_written, int bytes_wanted);
    probe sort__start(int kind, bool is_unique, int keys, int work_mem, bool is_random, int parallel);
    probe sort__done(bool is_external, long used);
    probe lwlock__acquire(char *tranche, int mode);
    probe lwlock__release(char *tranche);
    probe lwlock__wait__start(char *tranche, int mode);
    probe lwlock__wait__done(char *tranche, int mode);
    probe lwlock__acquire__or__wait(char *tranche, int mode);
    probe lwlock__acquire__or__wait__fail(char *tranche, int mode);
    probe lwlock__condacquire(char *tranche, int mode);
    probe lwlock__condacquire__fail(char *tranche, int mode);
    probe lock__wait__start(unsigned int field1, unsigned int field2, unsigned int field3, unsigned int field4, unsigned int type, int mode);
    probe lock__wait__done(unsigned int field1, unsigned int field2, unsigned int field3, unsigned int field4, unsigned int type, int mode);
    probe deadlock__found();
};

provider libstdcxx {
    probe throw(void *object, void *type);
    probe rethrow(void *object, void *type);
    probe catch(void *object, void *type);
};
