"""loaders/osm."""
