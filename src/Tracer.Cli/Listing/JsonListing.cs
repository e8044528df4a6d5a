using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Cli.Listing;

/// <summary>NDJSON: a record of type probe for each probe, with its sites; of type process for each process of a survey.</summary>
internal sealed class JsonListing(Stream output) : IProbeListing
{
    public void Show(IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes)
    {
        foreach (var probe in probes)
            Line("probe", json => Write(json, probe));
    }

    public void ShowProcess(int pid, string comm, IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes) => Line("process", json =>
    {
        json.WriteNumber("pid", pid);
        json.WriteString("comm", comm);
        json.WriteStartArray("providers");
        foreach (var provider in probes.Select(p => p.Provider).Distinct())
            json.WriteStringValue(provider);
        json.WriteEndArray();
    });

    private void Line(string type, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteStartObject("data");
            write(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, Probe probe)
    {
        json.WriteString("probe", probe.FullName);
        json.WriteString("module", probe.Module.Path);
        json.WriteString("source", TextListing.SourceName(probe));
        json.WriteString("state", probe.DormantReason is null ? "ready" : "dormant");
        if ((probe.DormantReason ?? probe.Note) is { } note)
            json.WriteString("note", note);
        json.WriteStartArray("parameters");
        foreach (var parameter in probe.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("type", parameter.Type.ToString());
            if (parameter.IsOnRequest)
                json.WriteBoolean("onRequest", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "sites", probe.Sites);
        if (probe.Replaced.Count > 0)
            Write(json, "replaced", probe.Replaced);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<ProbeSite> sites)
    {
        json.WriteStartArray(name);
        foreach (var site in sites)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", site.Location.FileOffset);
            json.WriteNumber("address", site.Location.ImageAddress);
            if (site.Semaphore is { } semaphore)
                json.WriteNumber("semaphore", semaphore.ImageAddress);
            json.WriteStartArray("arguments");
            foreach (var argument in site.Arguments)
                json.WriteStringValue(argument.ToString());
            json.WriteEndArray();
            var unavailable = site.Arguments.OfType<UnavailableExpression>().ToArray();
            if (unavailable.Length > 0)
                json.WriteNumber("unavailable", unavailable.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
