"""What systems say, the rows that it makes, and which system counts where several say something."""
