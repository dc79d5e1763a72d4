"""What messages look like outside the hub: their Markdown as safe HTML, and feeds of them; pure."""
