#ifdef __cplusplus
extern "C" {
#endif
int library_call(int (*callback)(void *, int), void *context, int depth);
int library_leaf(int value);
#ifdef __cplusplus
}
#endif
