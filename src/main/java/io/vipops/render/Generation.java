package io.vipops.render;

import java.util.SortedMap;

/**
 * Everything a node runs, as files: {@code nginx/nginx.conf}, {@code vrrp.yaml} and what they need.
 *
 * @param id first 12 hex digits of SHA-256 over the files, the id itself as a placeholder
 * @param files content by path relative to the generation's folder, {@code manifest.json} not among
 *     them
 */
public record Generation(String id, SortedMap<String, byte[]> files) {}
