/* Names and types of the arguments of libstdc++'s notes (libsupc++/unwind-cxx.h). */
provider libstdcxx {
    probe throw(void *object, void *type);
    probe rethrow(void *object, void *type);
    probe catch(void *object, void *type);
};
