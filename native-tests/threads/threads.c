// Thread churn: threads are created and end all the time, each firing threads:churn(long thread, int index) FIRES times from its first instructions on.
// "threads [TOTAL [CONCURRENT [FIRES]]]" for every line on stdin; "threads load [CONCURRENT]" until the end of stdin.
#include "../common/load.h"

#include <sys/sdt.h>

static int fires = 10;
static atomic_long fired;

static void *body(void *argument)
{
    long thread = (long)argument;
    for (int i = 0; i < fires; i++)
        STAP_PROBE2(threads, churn, thread, i);
    fired += fires;
    return NULL;
}

static void churn(long total, int concurrent)
{
    pthread_t ids[MAX_THREADS];
    for (long i = 0; i < total; i++) {
        if (i >= concurrent)
            pthread_join(ids[i % concurrent], NULL);
        must_create(&ids[i % concurrent], body, (void *)i);
    }
    for (long i = total > concurrent ? total - concurrent : 0; i < total; i++)
        pthread_join(ids[i % concurrent], NULL);
}

static int concurrent_load;

static void *load(void *argument)
{
    (void)argument;
    while (!load_stop) {
        churn(100, concurrent_load);
        load_rounds++;
        load_fired = fired;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    if (argc > 1 && strcmp(argv[1], "load") == 0) {
        concurrent_load = thread_count(argc, argv, 2, 4);
        return load_run(1, load, NULL);
    }
    long total = argc > 1 ? atol(argv[1]) : 1000;
    int concurrent = thread_count(argc, argv, 2, 8);
    fires = argc > 3 ? atoi(argv[3]) : 10;
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        fired = 0;
        churn(total, concurrent);
        printf("done fired=%ld threads=%ld\n", fired, total);
        if (leave)
            break;
    }
    return 0;
}
