"""The commands without a screen: one module a family, all over the same sessions as the dashboard."""
