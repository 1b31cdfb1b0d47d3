package io.vipops.probe;

import io.vipops.spec.Check;
import io.vipops.spec.Probe;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs checks, one probe after the other.
 *
 * @param nginxPid nginx's pid file
 * @param nginxBinary what its master must run
 * @param endpoint where it answers its generation
 */
public record Prober(Path nginxPid, Path nginxBinary, InetSocketAddress endpoint) {

  /**
   * Runs a check once: passes when all its probes pass, and stops at the first that does not. Takes
   * no longer than the check's timeout, which covers all its probes together and is always a
   * failure.
   */
  public Result run(Check check) {
    long deadlineNs = System.nanoTime() + check.timeout().toNanos();
    Result last = Result.failed("nothing to probe");
    for (Probe probe : check.probes()) {
      Duration left = Duration.ofNanos(deadlineNs - System.nanoTime());
      if (!left.isNegative() && !left.isZero()) {
        last = run(probe, left);
      }
      if (System.nanoTime() >= deadlineNs) {
        return Result.failed(Text.timeout(check.timeout()));
      }
      if (!last.ok()) {
        return last;
      }
    }
    return last;
  }

  private Result run(Probe probe, Duration timeout) {
    if (probe instanceof Probe.Process it) {
      return ProcessProbe.run(it);
    } else if (probe instanceof Probe.Http it) {
      return HttpProbe.run(it, timeout);
    } else if (probe instanceof Probe.Tcp it) {
      return TcpProbe.run(it, timeout);
    } else if (probe instanceof Probe.Script it) {
      return ScriptProbe.run(it, timeout);
    } else if (probe instanceof Probe.Ping it) {
      return PingProbe.run(it, timeout);
    } else if (probe instanceof Probe.File it) {
      return FileProbe.run(it);
    } else if (probe instanceof Probe.Nginx) {
      return nginx(timeout);
    }
    throw new IllegalArgumentException("unknown probe " + probe);
  }

  private Result nginx(Duration timeout) {
    NginxMaster master = NginxMaster.find(nginxPid, nginxBinary);
    if (master.pid().isEmpty()) {
      return Result.failed(master.text());
    }
    GenerationEndpoint.Answer answer = GenerationEndpoint.ask(endpoint, timeout);
    return new Result(answer.id() != null, answer.text());
  }
}
