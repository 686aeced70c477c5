throw new RangeError('A mistake in the module');
