package io.vipops.cli;

import io.vipops.spec.Schemas;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** Prints a schema, for editors and for reading. */
@Command(
    name = "schema",
    description =
        "Prints the JSON Schema of the cluster spec, agent.yaml or vrrp.yaml, with every key.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  vipops schema agent > agent.schema.json")
final class SchemaCommand implements Callable<Integer> {
  enum Name {
    cluster,
    agent,
    vrrp
  }

  @picocli.CommandLine.Spec private @Nullable CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "cluster",
      description = "cluster, agent or vrrp. Default: cluster.")
  private Name name = Name.cluster;

  @Override
  public Integer call() {
    byte[] schema = Schemas.bytes(name.name());
    if (command == null || schema == null) {
      throw new IllegalStateException("no schema " + name);
    }
    PrintWriter out = command.commandLine().getOut();
    out.print(new String(schema, StandardCharsets.UTF_8));
    out.flush();
    return 0;
  }
}
