package io.vipops.cli;

import io.vipops.apply.Generations;
import io.vipops.apply.Journal;
import io.vipops.apply.Nginx;
import io.vipops.git.Commit;
import io.vipops.git.GitFailure;
import io.vipops.git.LocalRepository;
import io.vipops.plan.Compared.Kind;
import io.vipops.plan.Compared.Origin;
import io.vipops.plan.Side;
import io.vipops.render.Generation;
import io.vipops.render.Host;
import io.vipops.render.Renderer;
import io.vipops.spec.AgentConfig;
import io.vipops.spec.SpecReader;
import io.vipops.worker.History;
import io.vipops.worker.Pin;
import io.vipops.worker.Reconciler;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the agent on this host has in force, by its state folder: it need not run for that. */
final class AgentSide {
  static final String DEFAULT_CONFIG = "/etc/vipops/agent.yaml";

  private static final String ELSE = ": run this as root, or say --against REV";

  private final Path file;

  private AgentSide(Path file) {
    this.file = file;
  }

  /**
   * The agent that {@code config} is of.
   *
   * @param config null: the usual file, if it is there
   * @return null: there is no agent here
   */
  static @Nullable AgentSide find(@Nullable Path config) {
    Path usual = Path.of(DEFAULT_CONFIG);
    if (config == null) {
      return Files.exists(usual) ? new AgentSide(usual) : null;
    }
    return new AgentSide(config);
  }

  /** What it has; null: its configuration is wrong, which {@code terminal} has been told. */
  PlanSides.@Nullable Old old(Terminal terminal) throws UnplannableException {
    AgentConfig config = AgentConfigFile.read(file, terminal);
    return config == null ? null : old(config);
  }

  private static PlanSides.Old old(AgentConfig config) throws UnplannableException {
    Host host = Reconciler.hostOf(config);
    Path state = config.stateDir();
    try {
      if (Files.exists(state) && !Files.isExecutable(state)) {
        throw new AccessDeniedException(state.toString());
      }
      Generations generations = new Generations(state);
      String id = generations.current().orElse(null);
      if (id == null) {
        String why = "the agent here (" + state + ") has applied nothing yet: everything is new";
        List<String> notes = new ArrayList<>(List.of(why));
        notes.addAll(hindrances(config));
        return new PlanSides.Old(Origin.NOTHING, Side.NOTHING, host, config.node(), notes);
      }
      return old(config, host, id, generations);
    } catch (AccessDeniedException e) {
      throw new UnplannableException(e.getFile() + ": permission denied" + ELSE);
    } catch (IOException e) {
      throw new UnplannableException(state + ": " + e.getMessage() + ELSE);
    } catch (GitFailure e) {
      throw new UnplannableException(e.line() + ": say --against REV");
    }
  }

  private static PlanSides.Old old(
      AgentConfig config, Host host, String id, Generations generations)
      throws IOException, GitFailure, UnplannableException {
    Journal.Entry entry = new Journal(config.stateDir()).read().orElse(null);
    if (entry == null || !entry.next().equals(id)) {
      String first = generations.commit(id);
      entry = new Journal.Entry(null, id, Journal.Phase.APPLIED, first);
    }
    String sha = entry.commit();
    try (LocalRepository mirror = LocalRepository.bare(config.stateDir().resolve("repo"))) {
      Commit commit = mirror.commit(sha);
      if (commit == null) {
        throw new UnplannableException(
            "commit " + sha + ", which " + config.node() + " runs, is not in its mirror" + ELSE);
      }
      String path = config.source().path();
      List<SpecReader.SourceFile> files = mirror.read(commit, path.equals(".") ? "" : path);
      SpecReader.Reading reading = SpecReader.read(files);
      if (reading.spec() == null) {
        throw new UnplannableException(
            "commit "
                + commit.shortSha()
                + ", which "
                + config.node()
                + " runs, is not valid to this"
                + " version of vipops (vipops validate says why): say --against REV");
      }
      List<String> notes = hindrances(config);
      if (entry.phase() != Journal.Phase.APPLIED) {
        notes.add("this commit is just being applied, and may yet be rolled back");
      }
      Side rendered = Side.of(reading.spec(), host);
      Generation own = rendered.generations().get(config.node());
      if (own == null || !own.id().equals(id)) {
        notes.add(
            config.node()
                + " runs generation "
                + id
                + ", which this vipops and agent.yaml would render otherwise: their part of the"
                + " difference is in the plan, too");
      }
      Origin origin = new Origin(Kind.AGENT, config.node(), path, commit.sha(), commit.subject());
      Side side = rendered.with(config.node(), onDisk(generations.folder(id), id));
      return new PlanSides.Old(origin, side, host, config.node(), notes);
    }
  }

  /** Why the agent would not take a new commit for now. */
  private static List<String> hindrances(AgentConfig config) throws IOException {
    List<String> notes = new ArrayList<>();
    try {
      History history = History.read(config.stateDir());
      if (history.isPaused()) {
        notes.add(config.node() + "'s agent is paused: takes no commit until vipops resume");
      }
      Pin pin = history.pin();
      if (pin != null) {
        notes.add(config.node() + " is " + pin.line());
      }
    } catch (History.DamagedException e) {
      notes.add(e.getMessage() + ": the agent begins it anew, and forgets a pause");
    }
    Path current = config.stateDir().resolve("current/nginx/nginx.conf");
    if (!Nginx.isAdopted(config.nginx().config(), current)) {
      notes.add(
          config.nginx().config()
              + " is not vipops' to change yet: takes no commit until vipops adopt");
    }
    return notes;
  }

  private static Generation onDisk(Path folder, String id) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String file : List.of(Renderer.NGINX_CONF, Renderer.VRRP_YAML)) {
      files.put(file, Files.readAllBytes(folder.resolve(file)));
    }
    return new Generation(id, files);
  }
}
