// operands, linked statically with its probes: see native-tests/README.md.
#include "../common/fixture.h"
#include "event.h"

int main(int argc, char **argv)
{
    bool leave = fixture_exit_option(&argc, argv);
    char line[256];
    fixture_ready();
    while (fixture_command(line, sizeof line)) {
        printf("done events=%lu\n", operands_fire());
        if (leave)
            break;
    }
    return 0;
}
