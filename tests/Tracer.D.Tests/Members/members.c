/* What MemberOracleTests compares with: each line of V and S is compiled by gcc here and by Tracer.D there. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum state { IDLE, BUSY = 7 };
enum balance { DEBT = -3, CREDIT = 3 };
typedef unsigned char byte_t;
struct peer { uint16_t port; byte_t address[4]; };
struct opaque;
typedef struct request {
    int id;
    struct request *next;
    const char *uri;
    char method[8];
    unsigned flags : 4, level : 7, wide : 21;
    int low : 3, high : 9;
    unsigned long long far : 40;
    signed char tiny;
    struct peer peer;
    struct peer peers[3];
    union { uint64_t whole; uint32_t halves[2]; };
    struct { struct { short deep; }; } named;
    int grid[2][3];
    enum state state;
    enum balance balance;
    double load;
    void *cookie;
    struct peer *best;
    const volatile long counter;
    _Bool done;
    struct opaque *opaque;
} request_t;

static char text[] = "/index.html";
static struct peer best = { 8080, { 127, 0, 0, 1 } };
static request_t second = { .id = -2, .uri = text, .method = "PUT", .level = 100, .low = -1, .high = -200, .counter = -5, .balance = DEBT };
static request_t first = {
    .id = 42, .next = &second, .uri = text, .method = "GET", .flags = 9, .level = 77, .wide = 1234567, .low = 3, .high = 255, .far = 0xABCDEF1234, .tiny = -7,
    .peer = { 80, { 10, 20, 30, 200 } }, .peers = { { 1, { 1 } }, { 2, { 2 } }, { 65535, { 255, 254 } } }, .whole = 0x1122334455667788, .named = { { -12 } },
    .grid = { { 1, 2, 3 }, { 4, 5, 6 } }, .state = BUSY, .balance = CREDIT, .load = 1.5, .cookie = &second, .best = &best, .counter = 1234567890123, .done = 1,
};

#define V(e) printf("V%s|%llu\n", #e, (unsigned long long)(long long)(e));
#define S(e) printf("S%s|%s\n", #e, (const char *)(e));
#define MEMORY(o) do { printf("M%llu|", (unsigned long long)(uintptr_t)&(o)); for (unsigned k = 0; k < sizeof(o); k++) printf("%02x", ((unsigned char *)&(o))[k]); puts(""); } while (0)

__attribute__((noinline)) void handle(request_t *req, const struct peer *peer, enum state state, byte_t small, struct opaque *opaque)
{
    printf("P%llu,%llu,%llu,%llu,%llu\n", (unsigned long long)(uintptr_t)req, (unsigned long long)(uintptr_t)peer, (unsigned long long)state, (unsigned long long)small, 0ULL);
    V(req->id) V(req->next->id) V((*req).id) V(req[0].id) V(req->next == 0) V(req->next->next == 0) V(!req->next)
    V(req->flags) V(req->level) V(req->wide) V(req->low) V(req->high) V(req->far) V(req->next->low) V(req->next->high) V(req->next->level) V(req->tiny)
    V(req->peer.port) V(req->peer.address[3]) V(req->peers[2].port) V(req->peers[2].address[1]) V(req->peers[req->peer.port - 79].port)
    V(req->whole) V(req->halves[0]) V(req->halves[1]) V(req->named.deep) V(req->grid[1][2]) V(req->grid[0][1] + req->grid[1][0])
    V(req->state) V(req->balance) V(req->next->balance) V(req->counter) V(req->next->counter) V(req->done) V(req->best->port) V(req->best->address[0])
    V(((request_t *)req->cookie)->id) V(((struct request *)req->cookie)->high) V(((struct peer *)req->best)->port) V(req->cookie == req->next)
    V(*req->uri) V(req->uri[1]) V(req->uri[req->id - 41] == 'i') V(req->method[0]) V(*req->method == 'G')
    V(sizeof(struct request)) V(sizeof(request_t)) V(sizeof(*req)) V(sizeof req->peers) V(sizeof(struct peer)) V(sizeof req->grid[0]) V(sizeof(req->uri))
    V(peer->port) V(peer->port + 1) V(peer == req->best) V(state) V(state == 7) V(small) V(-small) V(small << 4) V(req->id * 2 + req->next->id)
    V(req->id > 0 && req->next && req->next->id < 0) V(req->level & 0xf) V(req->high < 0) V(req->next->high < 0) V(req->opaque == 0)
    V((uint8_t)req->counter) V((int)req->whole) V(req->peers + 1 == req->peers + 1) V((req->peers + 2)->port) V(*(uint32_t *)((char *)req + 0))
    V(*(int *)req)
    S(req->uri) S(req->next->uri) S(req->method) S(req->next->method) S(req->uri + 1) S(req->next ? req->uri : req->next->uri) S((char *)req->method) S((char *)req->uri)
}

int main(void)
{
    MEMORY(first); MEMORY(second); MEMORY(best); MEMORY(text);
    handle(&first, &best, BUSY, 200, 0);
    return 0;
}
