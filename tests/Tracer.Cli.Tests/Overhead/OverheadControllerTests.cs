using Tracer.Overhead;
using Xunit;

namespace Tracer.Cli.Tests.Overhead;

/// <summary>The decision, over a target and a clock that are made up.</summary>
public sealed class OverheadControllerTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;

    [Fact]
    public void Hits_that_cost_less_than_the_bound_are_never_stopped()
    {
        var target = new Simulation(bound: 10, costWhileArmed: 0.09);
        target.Run(60 * Second);
        Assert.Equal((60 * Second, 0), (target.Armed, target.Pauses));
    }

    [Theory]
    [InlineData(1, 0.95, true)]
    [InlineData(5, 0.95, true)]
    [InlineData(10, 0.2, true)]
    [InlineData(50, 0.95, true)]
    [InlineData(5, 0.95, false)]
    [InlineData(30, 0.5, false)]
    public void A_target_that_fires_at_full_speed_is_traced_for_the_time_that_the_bound_allows(double bound, double cost, bool costIsProcessorTime)
    {
        var target = new Simulation(bound, cost, costIsProcessorTime);
        target.Run(100 * Second);
        Assert.True(target.Pauses > 1);
        // A pause takes 50 ms in which hits still cost: a debt that is never more than that, and paid.
        Assert.InRange(target.Cost, 0, (target.Running * bound / 100) + (60 * Millisecond));
        // Nor is it off without need.
        Assert.InRange(target.Cost, target.Running * bound / 100 * 0.8, double.MaxValue);
    }

    [Fact]
    public void No_second_costs_much_more_than_its_part()
    {
        var target = new Simulation(bound: 20, costWhileArmed: 0.95);
        target.Run(Second);
        for (var k = 0; k < 50; k++)
        {
            var before = target.Cost;
            target.Run(Second);
            // What was saved up, what the second earns, and what the way out of breakpoints costs.
            Assert.InRange(target.Cost - before, 0, (2 * Second * 0.2) + (60 * Millisecond));
        }
    }

    [Fact]
    public void A_quiet_hour_does_not_pay_for_a_burst()
    {
        var target = new Simulation(bound: 5, costWhileArmed: 0);
        target.Run(3600 * Second);
        target.CostWhileArmed = 0.95;
        target.Run(10 * Second);
        Assert.InRange(target.Cost, 0, (11 * Second * 0.05) + (60 * Millisecond));
    }

    [Fact]
    public void An_idle_target_may_be_hit_now_and_then()
    {
        // Of a tenth of a percent of a processor it spends half in hits.
        var target = new Simulation(bound: 5, costWhileArmed: 0.5) { Busy = 0.001 };
        target.Run(100 * Second);
        Assert.Equal(0, target.Pauses);
    }

    [Fact]
    public void Many_processors_earn_more()
    {
        var target = new Simulation(bound: 5, costWhileArmed: 0.95) { Busy = 8 };
        target.Run(100 * Second);
        Assert.InRange(target.Cost, 0.8 * 8 * 100 * Second * 0.05, (8 * 100 * Second * 0.05) + (8 * 60 * Millisecond));
    }

    [Fact]
    public void Running_time_of_the_end_is_counted()
    {
        var controller = new OverheadController(5, true, new OverheadController.Look(0, 0, 0));
        controller.Finish(new OverheadController.Look(40 * Millisecond, Millisecond, 30 * Millisecond));
        Assert.Equal(30 * Millisecond, controller.Running);
    }

    /// <summary>A target that is busy all the time, a part of it in hits while probes are armed; looked at every 10 ms, and disarmed 50 ms after a decision.</summary>
    private sealed class Simulation(double bound, double costWhileArmed, bool costIsProcessorTime = true)
    {
        private const long Step = 10 * Millisecond;
        private const int StepsToDisarm = 5;

        private readonly OverheadController _controller = new(bound, costIsProcessorTime, default);
        private long _time;
        private long _processorTime;
        private int _stillArmed;

        public double CostWhileArmed { get; set; } = costWhileArmed;

        /// <summary>How many processors it keeps busy.</summary>
        public double Busy { get; init; } = 1;

        public long Cost { get; private set; }

        public long Armed { get; private set; }

        public int Pauses { get; private set; }

        public double Running => _time * Busy;

        public void Run(long time)
        {
            for (var end = _time + time; _time < end;)
            {
                _time += Step;
                var cost = 0L;
                if (_controller.IsArmed || _stillArmed-- > 0)
                {
                    cost = (long)(Step * Busy * CostWhileArmed);
                    Armed += Step;
                }

                Cost += cost;
                _processorTime += (long)(Step * Busy) - (costIsProcessorTime ? 0 : cost);
                var before = _controller.IsArmed;
                if (_controller.Observe(new OverheadController.Look(_time, Cost, _processorTime)) || !before)
                    continue;
                Pauses++;
                _stillArmed = StepsToDisarm;
            }
        }
    }
}
